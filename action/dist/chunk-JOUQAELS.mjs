// Built from action/*.ts by npm run build:action.
function i(n,e){let t=e.toUpperCase();return(n[`INPUT_${t}`]||n[`INPUT_${t.replaceAll("-","_")}`])?.trim()||void 0}export{i as a};
