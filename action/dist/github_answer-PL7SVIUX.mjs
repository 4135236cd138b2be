// Built from action/*.ts by npm run build:action.
import{a,b,c,d}from"./chunk-AWYNOMP6.mjs";import"./chunk-3HQQGANQ.mjs";import"./chunk-XZV55QTQ.mjs";export{a as githubMessage,c as refusal,b as requestIdOf,d as unforeseen};
