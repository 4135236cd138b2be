// Built from action/*.ts by npm run build:action.
import{a}from"./chunk-BMRYU3DG.mjs";import"./chunk-5AJBV2CJ.mjs";import{b as t}from"./chunk-AVUSDNZO.mjs";t();await a(import.meta.url,async()=>await(await import("./mint-VGOM3M2B.mjs")).mint());
