// Built from action/*.ts by npm run build:action.
import{a,b}from"./chunk-NCPXM34U.mjs";import"./chunk-GBAVYKZN.mjs";import"./chunk-EEX3Q7RM.mjs";import"./chunk-PAGGV7MS.mjs";import"./chunk-XZV55QTQ.mjs";export{b as revoke,a as revokeToken};
