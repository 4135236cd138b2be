// Built from action/*.ts by npm run build:action.
async function a(t,e){e.throwIfAborted(),await new Promise((r,n)=>{let o=()=>{clearTimeout(i),n(e.reason)},i=setTimeout(()=>{e.removeEventListener("abort",o),r()},t);e.addEventListener("abort",o,{once:!0})})}export{a};
