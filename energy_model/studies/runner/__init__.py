"""Runner: the cases of a study → their results, in this process, in several or on a cluster; resumable."""
