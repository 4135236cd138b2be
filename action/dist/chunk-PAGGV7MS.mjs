// Built from action/*.ts by npm run build:action.
import{b as s}from"./chunk-XZV55QTQ.mjs";s();function o(n,c=[]){let t=n;for(let r of c)r.length>=8&&(t=t.replaceAll(r,"***"));t=t.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu," ").trim();let e=[...t];return e.length>500?`${e.slice(0,499).join("")}\u2026`:t}function i(n){return/^[\x20-\x7e]{0,300}$/.test(n)?` "${n}"`:""}export{o as a,i as b};
