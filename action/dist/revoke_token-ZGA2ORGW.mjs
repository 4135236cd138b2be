// Built from action/*.ts by npm run build:action.
import{a,b}from"./chunk-JN36Z4CW.mjs";import"./chunk-FIDTHMTT.mjs";import"./chunk-HLQT4JJM.mjs";import"./chunk-6AMJDCZ5.mjs";export{b as revoke,a as revokeToken};
