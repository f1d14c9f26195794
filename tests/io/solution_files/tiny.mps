NAME        
ROWS
 N  Obj     
 G  need.a  
 L  cap     
 L  band    
 E  sum     
 E  tie     
COLUMNS
    size.a_1.0  Obj       2
    size.a_1.0  need.a    1
    size.a_1.0  cap       1
    size.a_1.0  sum       1
    size.a_1.0  tie       -1
    size.b_2.1  Obj       3
    size.b_2.1  need.a    1
    size.b_2.1  band      1
    size.b_2.1  sum       1
    flow.c.3  Obj       -1
    flow.c.3  cap       -1
    flow.c.3  band      1
    flow.c.3  sum       1
    free_d    Obj       0.5
    free_d    tie       1
    zero      Obj       1
    zero      sum       1
RHS
    RHS_V     Obj       -5
    RHS_V     need.a    4
    RHS_V     cap       -1
    RHS_V     band      5.25
    RHS_V     sum       7
RANGES
    RANGE     band      4.25
BOUNDS
 UP BOUND     size.a_1.0  10
 UP BOUND     flow.c.3  4
 FR BOUND     free_d  
 UP BOUND     zero      5
ENDATA
