import { dark, declarations, light } from '../palette.ts';

const sans =
  'Inter,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif';
const mono = '"JetBrains Mono",ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace';
const hatching = 'repeating-linear-gradient(-45deg,var(--hatch) 0 1.2px,transparent 1.2px 6px)';

const base = `
:root{color-scheme:light;${declarations(light)}}
*{box-sizing:border-box}
html{scroll-padding-top:56px}
body{margin:0;background:var(--surface);color:var(--ink);font:13px/20px ${sans};font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
main{max-width:1440px;margin:0 auto;padding:24px 64px 56px}
a{color:inherit;text-decoration:none}a:hover,a:focus-visible{text-decoration:underline}
code,pre{font-family:${mono};font-size:12px;font-variant-ligatures:none}
h1,h2,h3,p,dl,dd,figure,pre,ol{margin:0}
h2,h3{font-weight:600;display:inline}h2{font-size:15px;line-height:20px}h3{font-size:13px}
b{font-weight:600}small{font-size:11px;line-height:13px}
.sub{display:inline;color:var(--ink3);font-size:12px;line-height:16px;margin-left:6px}
.quiet{color:var(--ink3)}.note{color:var(--ink3);font-size:12px;line-height:17px;margin-top:8px;max-width:92ch}
.nothing{color:var(--ink3);margin-top:8px}
section{border-top:1px solid var(--rule);padding-top:14px;margin-top:28px;min-width:0}
.s1t{color:var(--s1t)}.s2t{color:var(--s2t)}.s3t{color:var(--s3t)}.s4t{color:var(--s4t)}.s5t{color:var(--ink2)}
.pass{color:var(--pass)}.fail{color:var(--fail)}.unknown{color:var(--unk)}.claim-confirmed{color:var(--pass)}.claim-undecided{color:var(--unk)}.claim-refuted,.invalid{color:var(--ink)}
.defs{position:absolute;width:0;height:0}
svg{display:block;max-width:100%;height:auto}svg.range text,svg.margins text{fill:var(--ink3);font-size:11px;font-family:${sans}}svg.margins text.strong{fill:var(--ink);font-weight:500}
svg.swatch,svg.glyph{display:inline-block;vertical-align:-1px;flex:none}svg.glyph{vertical-align:-2px}
.phone{display:none}
`;

const header = `
.top{position:sticky;top:0;z-index:1;background:var(--surface);border-bottom:1px solid var(--hair)}
.top>div{max-width:1440px;margin:0 auto;padding:11px 64px;display:flex;gap:24px;align-items:baseline;justify-content:space-between}
.crumbs{font-size:13px;color:var(--ink3)}.crumbs b{color:var(--ink)}.crumbs i{color:var(--ink3);font-style:normal;margin:0 6px}.crumbs span,.crumbs b{white-space:nowrap}
.top nav{display:flex;gap:2px 13px;font-size:12px;color:var(--ink2);flex-wrap:wrap;justify-content:flex-end}.top details{display:none}
.first{display:grid;grid-template-columns:minmax(0,1fr) 456px;gap:24px 56px;border:0;margin-top:0;padding-top:0}
.question{color:var(--ink3)}
h1{font-size:26px;line-height:34px;font-weight:600;letter-spacing:-.01em;margin:4px 0 8px;max-width:34em;text-wrap:balance}
.qualifiers{color:var(--ink2);max-width:112ch;list-style:none;margin:0;padding:0}.qualifiers li{margin-top:3px}
.served{margin-top:10px;font-size:12px}
.chip{border:1px solid var(--rule);border-radius:3px;padding:2px 7px;margin:3px 4px 0 0;display:inline-block;max-width:100%;line-height:19px;color:var(--ink2)}.chip b{color:var(--ink)}.chip small{color:var(--ink3)}
.chip.embedded{border:1px dashed var(--ink3)}.chip.simulated{border:1px dotted var(--ink3);background:${hatching};background-blend-mode:normal}.chip.simulated>*{background:var(--surface);box-shadow:0 0 0 2px var(--surface)}
.stamp{display:inline-flex;align-items:center;gap:6px;font-weight:700;font-size:13px;letter-spacing:.04em;border:1.5px solid currentColor;border-radius:3px;padding:2px 9px;margin-right:8px}
.stamp svg{display:block}.stamp.fail{background:var(--fail);border-color:var(--fail);color:var(--surface)}
.stamp.inconclusive{color:var(--unk)}.stamp.no-data{color:var(--ink3)}.stamp.partial{color:var(--ink3);border-style:dashed}
.stamp.invalid{background:linear-gradient(var(--surface),var(--surface)) center/calc(100% - 14px) 100% no-repeat,${hatching}}
.facts{display:grid;grid-template-columns:96px minmax(0,1fr);margin-top:12px;border-top:1px solid var(--hair)}
.facts dt{color:var(--ink3);font-size:12px}.facts dt,.facts dd{padding:5px 0 6px;border-bottom:1px solid var(--hair);overflow-wrap:anywhere}
`;

const tables = `
table{border-collapse:collapse;width:100%;margin-top:8px}caption,.unseen{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
th{font-weight:400;color:var(--ink3);font-size:12px;line-height:16px;vertical-align:bottom;padding:0 0 5px}
thead tr{border-bottom:1px solid var(--rule)}tbody tr,tfoot tr{border-bottom:1px solid var(--hair)}
td,tbody th,tfoot th{padding:6px 12px 6px 0;vertical-align:middle}td:last-child,th:last-child{padding-right:0}thead th{padding-right:12px}
.t{text-align:left}.n{text-align:right}tbody th{color:var(--ink);font-size:13px;line-height:20px}
td small,th small{display:block;color:var(--ink3);font-weight:400}.cell-label{display:none}
.name{white-space:nowrap;display:inline-flex;align-items:center;gap:8px}
.verdict{white-space:nowrap}.verdict.fail{font-weight:600}
.variants{margin-top:28px}
.glance td,.glance tbody th{padding-top:0;padding-bottom:0;height:44px}.glance th small{padding-left:36px;line-height:12px}.glance .key b{font-size:15px;line-height:18px}.glance .key small{white-space:nowrap}.glance td:nth-last-child(-n+2) b{font-size:13px;font-weight:500}
.glance .chart{padding-right:24px}.glance thead .chart,.slos thead .chart{text-align:left}.axis-note{display:block;padding-left:14px}
.glance .engine{line-height:16px}.glance td{line-height:16px}
.slos td{padding-top:0;padding-bottom:0;height:32px}.slos .chart{width:316px;padding-right:24px}.slos td small{line-height:12px;margin-top:-3px}
.hatched{background:${hatching}}.hatched>*{background:var(--surface);box-shadow:0 0 0 3px var(--surface)}.hatched>small{display:table}
code.id{font-size:11px}td code,td,dd,p,li,h1{overflow-wrap:anywhere}.name code,.verdict{overflow-wrap:normal}td.n,td.rate{overflow-wrap:normal}
.ladder td{min-width:170px}.ladder thead th,.ladder td:first-child{padding-right:24px}.ladder tbody th,.ladder tfoot th{padding-right:24px;white-space:nowrap}.ladder tfoot th{font-size:12px}.ladder td.hatched{padding-left:8px}
.scroll{overflow-x:auto}
#claims .stack td:first-child{padding-right:20px}#claims .stack td:nth-child(2){min-width:240px}#claims .stack td:nth-child(3){min-width:130px}#claims .stack td{vertical-align:top}
details.figures{margin-top:8px;font-size:12px;color:var(--ink2)}details.figures summary{cursor:pointer;color:var(--ink3);width:fit-content}
details.figures .scroll{max-height:320px;overflow:auto}details.figures table{width:auto;margin-top:4px}details.figures td,details.figures th{padding:1px 16px 1px 0;text-align:right;white-space:nowrap}details.figures td:first-child,details.figures th:first-child{text-align:left}
details.figures thead th{position:sticky;top:0;background:var(--surface)}
.groups tr.group th{color:var(--ink);font-weight:600;padding:12px 0 4px;line-height:20px}.groups td{padding-top:3px;padding-bottom:3px}.groups td small{line-height:13px}.groups td:first-child small{padding-left:36px}.no-swatch{width:28px;height:10px;flex:none}
.ladders td,.ladders tbody th{padding:4px 16px 4px 0;white-space:nowrap}.ladders td.hatched{padding-left:8px}.ladders small{display:inline}
`;

const charts = `
figure{margin-top:10px}svg.every{max-width:none}
.beside{display:grid;grid-template-columns:minmax(0,920px) minmax(200px,1fr);gap:24px 56px}.how-to{padding-top:32px;color:var(--ink2);font-size:12.5px;line-height:19px}.how-to p{margin-top:8px}
.more{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:24px 56px;margin-top:24px}.pair{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:0 56px}
.panels{display:grid;grid-template-columns:150px minmax(0,1fr) minmax(0,1fr);gap:6px 12px;margin-top:8px}.panels.columns-1{grid-template-columns:150px minmax(0,1fr)}.panels.of-1.columns-2{grid-template-columns:150px minmax(0,574px) minmax(0,1fr)}.of-1.columns-2>.panel{grid-column:2}.of-1.columns-2>.panel-title{grid-column:1}
.panel-title small{display:block;color:var(--ink3)}.panel-title{padding-top:4px;line-height:16px}.panel-name{display:none}.panel-head{padding-left:44px}.panel figure{margin-top:0}
.key-item{margin-right:10px;display:inline-block}.key-item svg{display:inline-block;margin-right:4px}
.order-title{display:block;font-weight:400;font-size:12px;color:var(--ink3);margin-top:14px}.order{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:4px}.order li{width:26px;text-align:center}.order small{display:block;color:var(--ink3)}.order svg{margin:1px auto 0;border:1px solid var(--rule);width:24px;height:24px}.order li.hatched{background:none}.order li.hatched>*{box-shadow:none}.order li.hatched svg{background:${hatching};border:1px dashed var(--ink3)}
.wide-terms dt,.wide-terms dd{padding:4px 0}.reasons{margin-top:6px;font-weight:500}.reproduce{margin-top:12px;color:var(--ink3);font-size:12px}pre{background:var(--raised);padding:10px 12px;overflow-wrap:anywhere;white-space:pre-wrap;margin-top:4px}
.decides-nothing figure,.decides-nothing td.chart{background:${hatching}}.decides-nothing td.chart{background-clip:content-box}.decides-nothing ol.order{background:var(--surface)}
`;

const scaling = `
.simulated-banner{margin:0 0 18px;padding:6px 8px;border:1px dotted var(--ink3);background:${hatching};max-width:none}.simulated-banner>span{background:var(--surface);box-shadow:0 0 0 4px var(--surface);color:var(--ink2)}
.multiples{display:grid;gap:16px 24px;margin-top:8px}.multiples.many{grid-template-columns:repeat(auto-fill,minmax(310px,1fr))}.multiples.few{grid-template-columns:repeat(2,minmax(0,628px));gap:16px 56px}.multiples>div{min-width:0}.multiples figure{margin-top:2px}.panel-head-line{line-height:18px}
.replicas{fill:var(--ink3)}.replica-miss{fill:var(--failtint)}.replica-demand{fill:var(--g1)}.replica-hair{stroke:var(--rule);fill:none}.replica-offered{stroke:var(--ink3);fill:none}.replica-bound{stroke:var(--ink2);fill:none}.replica-ready{fill:none;stroke-width:1.75}.worded details.figures td,.worded details.figures th{text-align:left}.worded details.figures td:last-child{white-space:normal}.ready-key{stroke:var(--ink)}
.estimates td{text-align:right;padding-right:12px;white-space:nowrap;overflow-wrap:normal;line-height:15px}.estimates thead th{text-align:right;padding-right:12px}.estimates tr>:first-child,.estimates .verdict-cell{text-align:left;min-width:84px}.estimates h3{display:block;margin-top:12px}.whole{white-space:nowrap}.load-answer{margin-top:6px;max-width:112ch;color:var(--ink2)}p.note.whole-width{max-width:none}.estimates abbr{text-decoration:underline dotted var(--ink3);text-underline-offset:2px}
`;

const narrow = `
@media screen and (max-width:1180px){main,.top>div{padding-left:24px;padding-right:24px}.first,.beside,.pair,.more{grid-template-columns:minmax(0,1fr)}.how-to{padding-top:0}.top nav{display:none}.variants{overflow-x:auto}}
@media screen and (max-width:760px){
.ladder td{min-width:118px}.ladder tbody th,.ladder tfoot th,.ladder thead th{padding-right:10px;white-space:normal}main{padding:12px 16px 40px}.top>div{padding:10px 16px;gap:8px}.crumbs{font-size:12px;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.crumbs .minor{display:none}.top details{display:block;position:relative;font-size:12px}.top summary{list-style:none;cursor:pointer;font-size:16px}.top details a{display:block;padding:4px 0}.top details div{position:absolute;right:0;background:var(--surface);border:1px solid var(--rule);padding:8px 14px;min-width:150px}
h1{font-size:20px;line-height:27px;text-wrap:wrap}.facts{grid-template-columns:82px minmax(0,1fr)}.sub{display:block;margin:2px 0 0}
.wide{display:none}.phone{display:block}
.cell-label{display:block;color:var(--ink3);font-size:11px;line-height:14px;text-align:left}.cell-label:empty{display:none}.cell-label .name{white-space:normal;flex-wrap:wrap}.cell-label .name code{overflow-wrap:anywhere}
table.glance,table.glance tbody,table.stack,table.stack tbody,table.slos,table.slos tbody{display:block}.glance thead,.stack thead{display:none}
.slos thead{display:none}
.glance tr{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:2px 8px;padding:10px 0}.glance td,.glance tbody th{height:auto;padding:0;text-align:left}.glance tbody th{grid-column:1/3}.glance th small{display:none}.glance .rate{grid-column:3;grid-row:1;text-align:right}.glance .engine{grid-column:1/4;color:var(--ink3);font-size:12px}.glance .chart{grid-column:1/4}.glance .chart svg{width:100%;max-width:480px}
.slos tr{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:2px 8px;padding:8px 0}.slos td{height:auto;padding:0}.slos .v{grid-row:1}.slos .m{grid-row:1;grid-column:2}.slos .o{grid-column:1/3}.slos .chart{grid-column:1/3;width:auto}.slos .chart svg{width:100%;max-width:480px}.slos .w{grid-column:1}.slos .x{grid-column:2}.slos .q{grid-column:1/3;color:var(--ink3);font-size:12px}.slos td small{margin:0}
.stack tr{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:4px 10px;padding:8px 0}.stack td{display:block;padding:0;text-align:left;overflow-wrap:anywhere}.stack td:first-child{grid-column:1/4}.stack td.empty{display:none}.phone-axis svg{width:100%;max-width:480px}.stack td .bar{margin-top:4px}
.multiples.few{grid-template-columns:minmax(0,1fr)}.panels,.panels.columns-1,.panels.of-1.columns-2{display:block}.panel-head{display:none}.panel-title{padding-top:12px}.panel-name{display:block}
#claims .stack td,#claims .stack td:nth-child(2),#found .stack td,#system .stack td{grid-column:1/4;min-width:0}.bar{width:100%}
}
`;

const print = `
@media print{:root{color-scheme:light;${declarations({ ...light, surface: '#ffffff' })}}@page{size:A4;margin:14mm}
body{font-size:10pt;line-height:14pt}main{padding:0;max-width:none}.top{position:static}.top>div{padding:0 0 8px}.top nav,.top details,details.figures{display:none}
figure,tr,.facts{break-inside:avoid}h2,h3{break-after:avoid}thead{display:table-header-group}.first{grid-template-columns:minmax(0,1fr) 42%;gap:12px 20px}.beside,.pair,.more{grid-template-columns:minmax(0,1fr)}
.glance,.slos{zoom:.64}.panels,.panels.columns-1,.panels.of-1.columns-2{display:block}.panel-head{display:none}.panel-title{padding-top:10px}.panel-name{display:block}.panel{break-inside:avoid}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`;

/** The whole stylesheet. It is the only style of the page, so that its hash is all that the policy admits. */
export const style = [
  base,
  header,
  tables,
  charts,
  scaling,
  `@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;${declarations(dark)}}}`,
  narrow,
  print,
].join('');
