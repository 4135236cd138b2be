// Built from action/*.ts by npm run build:action.
import{a as t}from"./chunk-BMRYU3DG.mjs";import"./chunk-5AJBV2CJ.mjs";import{b as a}from"./chunk-AVUSDNZO.mjs";a();await t(import.meta.url,async()=>await(await import("./cleanup-R7JMUALP.mjs")).cleanUp());
