// Built from action/*.ts by npm run build:action.
import{a,b}from"./chunk-WZEN4AD7.mjs";import"./chunk-GJE7HTSR.mjs";import"./chunk-NNOS4RPE.mjs";import"./chunk-HLQT4JJM.mjs";import"./chunk-DKHNQUJE.mjs";export{b as revoke,a as revokeToken};
