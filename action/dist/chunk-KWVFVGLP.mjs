// Built from action/*.ts by npm run build:action.
import{b as r}from"./chunk-AVUSDNZO.mjs";r();function o(c,l=[]){let e=c;for(let n of l)n.length>=8&&(e=e.replaceAll(n,"***"));e=e.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu," ").trim();let t=[...e];return t.length>500?`${t.slice(0,499).join("")}\u2026`:e}export{o as a};
