import { seriesColour } from "../notebook/figure/style";

const colour = (name: string) => seriesColour(0, "ours", name);

/** The page's style: one column of text, figures on white paper in either mode. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1c1c1c; --soft: #595959; --rule: #d9d9d9; --wash: #f5f5f3; --link: #0b57a4; --mark: #fff1b8;
  --bart: ${colour("BART")}; --bart-fusion: ${colour("BART-fusion")}; --alcap: ${colour("ALCAP")};
}
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181a; --ink: #e6e6e3; --soft: #a8a8a4; --rule: #3a3d40; --wash: #1f2225; --link: #8ab8ec; --mark: #5c4a00; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 Charter, "Bitstream Charter", Georgia, serif; overflow-wrap: anywhere; }
header, nav, main, footer { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; }
h1, h2, h3, nav, table, dl, figcaption, button, select, label, .kicker, summary, .status, .method { font-family: system-ui, "Segoe UI", Helvetica, Arial, sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: .2rem 0 .8rem; letter-spacing: -.01em; }
h2 { font-size: 1.35rem; margin: 3rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--rule); }
h3 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
p, ul, details { max-width: 44rem; }
.kicker { color: var(--soft); margin: 0; font-size: .9rem; }
.verdict { border-left: 3px solid var(--ink); padding-left: .9rem; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; padding: 0; margin: 1rem 0 0; font-size: .95rem; }
a { color: var(--link); text-underline-offset: .15em; overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -999rem; } .skip:focus { position: static; }
.scroll { overflow-x: auto; margin: 1rem 0 1.5rem; }
table { overflow-wrap: normal; border-collapse: collapse; font-size: .875rem; line-height: 1.4; width: 100%; }
caption { text-align: left; color: var(--soft); padding-bottom: .4rem; }
th, td { text-align: left; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; overflow-wrap: break-word; min-width: 3.2rem; }
thead th { border-bottom: 1px solid var(--ink); vertical-align: bottom; font-weight: 600; }
tbody th { font-weight: 500; white-space: nowrap; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
small { color: var(--soft); font-size: .92em; }
.paper { color: var(--soft); font-style: italic; font-weight: 400; }
.method::before { content: ""; display: inline-block; width: .7em; height: .7em; margin-right: .45em; border-radius: 2px; background: var(--own); }
.bart { --own: var(--bart); } .bart-fusion { --own: var(--bart-fusion); } .alcap { --own: var(--alcap); }
article { margin: 0 0 2rem; }
article td, .lyrics { overflow-wrap: anywhere; }
.named { display: block; margin-top: .15rem; }
code { font-size: .88em; background: var(--wash); padding: .1em .25em; border-radius: 3px; overflow-wrap: anywhere; }
pre { background: var(--wash); padding: .75rem 1rem; overflow-x: auto; } pre code { padding: 0; overflow-wrap: normal; }
.facts { display: flex; flex-wrap: wrap; gap: .5rem 1.75rem; margin: .75rem 0; font-size: .875rem; }
.facts dt { color: var(--soft); } .facts dd { margin: 0; }
audio[hidden] { display: none; }
audio:not([hidden]) { display: block; width: 100%; max-width: 24rem; height: 2.5rem; margin: .5rem 0; }
.lyrics { white-space: pre-wrap; }
details { margin: .5rem 0; max-width: none; } summary { cursor: pointer; font-size: .95rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 27rem), 1fr)); gap: 1.25rem; align-items: start; }
figure { margin: 0; background: #fff; border: 1px solid var(--rule); border-radius: 4px; overflow: hidden; }
figure svg { display: block; width: 100%; height: auto; }
figure svg .point { pointer-events: all; }
figcaption { color: #444; background: #fff; font-size: .85rem; padding: .35rem .75rem .6rem; }
.wide { grid-column: 1 / -1; }
#try form { display: grid; gap: .9rem 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); background: var(--wash); padding: 1rem; border: 1px solid var(--rule); border-radius: 4px; }
#try form > .all { grid-column: 1 / -1; }
label { display: block; font-size: .9rem; font-weight: 600; margin-bottom: .25rem; }
select, textarea, button { font-size: 1rem; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: 4px; padding: .45rem .6rem; max-width: 100%; }
select, textarea { width: 100%; } textarea { font-family: inherit; line-height: 1.5; min-height: 15rem; resize: vertical; }
button { cursor: pointer; margin: 0 .5rem .25rem 0; } button:disabled { color: var(--soft); cursor: default; }
.status { font-size: .9rem; color: var(--soft); min-height: 1.5em; margin: .75rem 0; }
.captions { margin: 0; } .captions > div { border-left: 4px solid var(--own); padding: .1rem 0 .1rem .9rem; margin: 0 0 1rem; }
.captions dt { font-weight: 600; } .captions dt .method::before { display: none; }
.captions dd { margin: 0; font-family: Charter, "Bitstream Charter", Georgia, serif; } .captions .note { color: var(--soft); font-size: .875rem; font-family: system-ui, sans-serif; }
mark { background: var(--mark); color: inherit; padding: 0 .1em; }
footer { color: var(--soft); font-size: .9rem; padding-top: 2rem; padding-bottom: 3rem; }
@media (max-width: 40rem) {
  figure { overflow-x: auto; } figure svg { min-width: 36rem; } figure.wide svg { min-width: 46rem; }
  tbody th { white-space: normal; }
}
@media print { nav, #try { display: none; } }
`;
