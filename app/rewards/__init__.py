"""Act: calculation, decision and payment of rewards (奖励)."""
