// Built from action/*.ts by npm run build:action.
function l(r,c=[]){let e=r;for(let n of c)n.length>=8&&(e=e.replaceAll(n,"***"));e=e.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu," ").trim();let t=[...e];return t.length>500?`${t.slice(0,499).join("")}\u2026`:e}export{l as a};
