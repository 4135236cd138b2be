// Built from action/*.ts by npm run build:action.
import{a,b,c,d}from"./chunk-5CLZGRMI.mjs";import"./chunk-OKGEZOOZ.mjs";import"./chunk-DKHNQUJE.mjs";export{a as githubMessage,c as refusal,b as requestIdOf,d as unforeseen};
