<?xml version = "1.0" encoding="UTF-8" standalone="yes"?>
<CPLEXSolution version="1.2">
 <header
   problemName="tiny.mps"
   objectiveValue="13"
   solutionTypeValue="1"
   solutionTypeString="basic"
   solutionStatusValue="1"
   solutionStatusString="optimal"
   solutionMethodString="dual"
   primalFeasible="1"
   dualFeasible="1"
   simplexIterations="3"
   writeLevel="1"/>
 <quality
   epRHS="9.9999999999999995e-07"
   epOpt="9.9999999999999995e-07"
   maxPrimalInfeas="0"
   maxDualInfeas="0"
   maxPrimalResidual="0"
   maxDualResidual="0"
   maxX="3"
   maxPi="4.5"
   maxSlack="0.25"
   maxRedCost="2.5"
   kappa="4.5"/>
 <linearConstraints>
  <constraint name="need.a" index="0" status="LL" slack="0" dual="4.5"/>
  <constraint name="cap" index="1" status="LL" slack="0" dual="-0.5"/>
  <constraint name="band" index="2" status="BS" slack="-0.25" dual="-0"/>
  <constraint name="sum" index="3" status="LL" slack="0" dual="-1.5"/>
  <constraint name="tie" index="4" status="LL" slack="0" dual="0.5"/>
 </linearConstraints>
 <variables>
  <variable name="size.a_1.0" index="0" status="BS" value="2" reducedCost="0"/>
  <variable name="size.b_2.1" index="1" status="BS" value="2" reducedCost="0"/>
  <variable name="flow.c.3" index="2" status="BS" value="3" reducedCost="0"/>
  <variable name="free_d" index="3" status="BS" value="2" reducedCost="0"/>
  <variable name="zero" index="4" status="LL" value="0" reducedCost="2.5"/>
 </variables>
</CPLEXSolution>
