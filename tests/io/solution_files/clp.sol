Optimal - objective value              13
      0 size.a_1.0               2                       0
      1 size.b_2.1               2                       0
      2 flow.c.3                 3                       0
      3 free_d                   2                       0
      4 zero                     0                     2.5
