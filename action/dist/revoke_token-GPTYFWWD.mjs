// Built from action/*.ts by npm run build:action.
import{a,b}from"./chunk-JND6ZXWI.mjs";import"./chunk-2O25CEHB.mjs";import"./chunk-NY3XSJLT.mjs";import"./chunk-KWVFVGLP.mjs";import"./chunk-CJZDUYL6.mjs";import"./chunk-AVUSDNZO.mjs";export{b as revoke,a as revokeToken};
