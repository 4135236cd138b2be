// Built from action/*.ts by npm run build:action.
import{a,b}from"./chunk-STZYIMPU.mjs";import"./chunk-XVNLSVGX.mjs";import"./chunk-NY3XSJLT.mjs";import"./chunk-SEAQUEZZ.mjs";import"./chunk-CJZDUYL6.mjs";import"./chunk-AVUSDNZO.mjs";export{b as revoke,a as revokeToken};
