"""PPO on one frozen reward model: a bandit whose action is a whole answer (InstructGPT 3.5)."""
