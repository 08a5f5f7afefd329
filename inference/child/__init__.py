"""What a child process (a learner, an engine job) shares with its supervisor: no database."""
