NAME                : 
PROBLEM STATUS      : UNKNOWN
SOLUTION STATUS     : UNKNOWN
OBJECTIVE NAME      : Obj
PRIMAL OBJECTIVE    : 13                      
DUAL OBJECTIVE      : 13                      

CONSTRAINTS
INDEX      NAME                         AT ACTIVITY                 LOWER LIMIT        UPPER LIMIT        DUAL LOWER               DUAL UPPER              
0          need.a                       LL 4                        4                  NONE               4.5                      0                       
1          cap                          UL -1                       NONE               -1                 0                        0.5                     
2          band                         BS 5                        1                  5.25               0                        0                       
3          sum                          EQ 7                        7                  7                  0                        1.5                     
4          tie                          EQ 0                        0                  0                  0.5                      0                       

VARIABLES
INDEX      NAME                         AT ACTIVITY                 LOWER LIMIT        UPPER LIMIT        DUAL LOWER               DUAL UPPER              
0          size.a_1.0                   BS 2                        0                  10                 0                        0                       
1          size.b_2.1                   BS 2                        0                  NONE               0                        0                       
2          flow.c.3                     BS 3                        0                  4                  0                        0                       
3          free_d                       BS 2                        NONE               NONE               0                        0                       
4          zero                         LL 0                        0                  5                  2.5                      0                       
