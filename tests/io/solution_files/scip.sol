objective value:                                   13
size.a_1.0                                          2 	(obj:2)
size.b_2.1                                          2 	(obj:3)
flow.c.3                                            3 	(obj:-1)
free_d                                              2 	(obj:0.5)
