// Built from action/*.ts by npm run build:action.
import{a as t}from"./chunk-2AKCYL5Y.mjs";import"./chunk-JOUQAELS.mjs";await t(import.meta.url,async()=>await(await import("./mint-4QRBQRI5.mjs")).mint());
