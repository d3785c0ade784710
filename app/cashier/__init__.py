"""Door: the counter (领奖窗口), where a reward is paid to a number and a claim code."""
