// Built from action/*.ts by npm run build:action.
import{a,b,c,d}from"./chunk-MX2G52GD.mjs";export{d as awsRefusal,b as isServerFault,c as isSignatureOrDate,a as isThrottling};
