// Built from action/*.ts by npm run build:action.
import{a}from"./chunk-NKEKHC7O.mjs";import"./chunk-5AJBV2CJ.mjs";import{b as t}from"./chunk-AVUSDNZO.mjs";t();await a(import.meta.url,async()=>await(await import("./mint-2T4M56GL.mjs")).mint());
