"""Functions of s turned into functions of t: inversion and quantiles. Knows no queues and no laws."""
