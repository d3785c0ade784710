"""Door: the pages of whoever reports (举报人): home, form, receipt, follow-up."""
