// Built from action/*.ts by npm run build:action.
import{b as t}from"./chunk-XZV55QTQ.mjs";t();async function s(r,e){e.throwIfAborted(),await new Promise((n,i)=>{let o=()=>{clearTimeout(a),i(e.reason)},a=setTimeout(()=>{e.removeEventListener("abort",o),n()},r);e.addEventListener("abort",o,{once:!0})})}export{s as a};
