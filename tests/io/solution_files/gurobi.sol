# Objective value = 13
size.a_1.0 2
size.b_2.1 2
flow.c.3 3
free_d 2
zero 0
MPS_Rgband 0.25
