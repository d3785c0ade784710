"""Door: the pages of the desks (岗位) under /desk and of the vault's keepers under /vault."""
