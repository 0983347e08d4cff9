"""The year: works as tasks, the shortest plan, what is late, papers for it (进度计划)."""
