// Built from action/*.ts by npm run build:action.
function r({headers:e},n){let t=e.get(n)??"";return/^[\w:-]{1,100}$/.test(t)?t:void 0}export{r as a};
