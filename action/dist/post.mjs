// Built from action/*.ts by npm run build:action.
import{a}from"./chunk-2AKCYL5Y.mjs";import"./chunk-JOUQAELS.mjs";await a(import.meta.url,async()=>await(await import("./cleanup-CR63DWFW.mjs")).cleanUp());
