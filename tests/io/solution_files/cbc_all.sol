Optimal - objective value 13.00000000
      0 need.a                   4                     4.5
      1 cap                     -1                    -0.5
      2 band                     5                       0
      3 sum                      7                    -1.5
      4 tie                      0                     0.5
      0 size.a_1.0               2                       0
      1 size.b_2.1               2                       0
      2 flow.c.3                 3                       0
      3 free_d                   2                       0
      4 zero                     0                     2.5
