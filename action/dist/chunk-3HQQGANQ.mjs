// Built from action/*.ts by npm run build:action.
import{b as e}from"./chunk-XZV55QTQ.mjs";e();function i({headers:n},r){let t=n.get(r)??"";return/^[\w:-]{1,100}$/.test(t)?t:void 0}export{i as a};
