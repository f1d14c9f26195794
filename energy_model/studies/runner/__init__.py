"""Runner: the cases of a study → their results, in this process, in worker processes or on a cluster; resumable."""
