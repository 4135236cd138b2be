// Built from action/*.ts by npm run build:action.
import{b as e}from"./chunk-AVUSDNZO.mjs";e();function p(n,r){let t=r.toUpperCase();return(n[`INPUT_${t}`]||n[`INPUT_${t.replaceAll("-","_")}`])?.trim()||void 0}export{p as a};
