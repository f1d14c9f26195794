Model status
Optimal

# Primal solution values
Feasible
Objective 13
# Columns 5
size.a_1.0 2
size.b_2.1 2
flow.c.3 3
free_d 2
zero 0
# Rows 5
need.a 4
cap -1
band 5
sum 7
tie 0

# Dual solution values
Feasible
# Columns 5
size.a_1.0 0
size.b_2.1 0
flow.c.3 0
free_d 0
zero 2.5
# Rows 5
need.a 4.5
cap -0.5
band 0
sum -1.5
tie 0.5

# Basis
HiGHS_basis_file v2
Valid
# Columns 5
size.a_1.0 1
size.b_2.1 1
flow.c.3 1
free_d 1
zero 0
# Rows 5
need.a 0
cap 2
band 1
sum 0
tie 2
