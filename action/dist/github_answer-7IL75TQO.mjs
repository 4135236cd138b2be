// Built from action/*.ts by npm run build:action.
import{a,b,c,d}from"./chunk-CZATUOVW.mjs";import"./chunk-R4EO6S4X.mjs";import"./chunk-CJZDUYL6.mjs";import"./chunk-AVUSDNZO.mjs";export{a as githubMessage,c as refusal,b as requestIdOf,d as unforeseen};
