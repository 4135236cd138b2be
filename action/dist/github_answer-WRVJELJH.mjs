// Built from action/*.ts by npm run build:action.
import{a,b,c,d}from"./chunk-DXHZX55F.mjs";import"./chunk-6AMJDCZ5.mjs";export{a as githubMessage,c as refusal,b as requestIdOf,d as unforeseen};
