/** The style of the report's page. */
export const reportStyle = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #59626d; --line: #d9dee4; --paper: #fff; --wash: #f5f7f9; --required: #2456a6; --enforced: #1d7a46; --violated: #b3261e; --repaired: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --soft: #9aa4af; --line: #323a43; --paper: #14181d; --wash: #1c2229; --required: #82aaff; --enforced: #6fd39a; --violated: #ff8a80; --repaired: #f0c36d; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 56rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
.mark { margin: 0; color: var(--soft); font-size: .8rem; letter-spacing: .08em; text-transform: uppercase; }
h1 { margin: .15rem 0 .25rem; font-size: 1.9rem; line-height: 1.2; overflow-wrap: anywhere; }
.when { margin: 0; color: var(--soft); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); gap: .75rem; margin: 1.5rem 0 0; }
.figures div { display: flex; flex-direction: column-reverse; padding: .75rem .9rem; background: var(--wash); border-radius: .5rem; }
.figures dt { color: var(--soft); font-size: .8rem; }
.figures dd { margin: 0; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
section { margin-top: 2.5rem; }
h2 { margin: 0 0 .75rem; padding-bottom: .35rem; border-bottom: 2px solid var(--line); font-size: 1.2rem; }
.required h2 { border-color: var(--required); } .enforced h2 { border-color: var(--enforced); }
.violated h2, .unsupported h2 { border-color: var(--violated); } .repaired h2 { border-color: var(--repaired); }
.count { color: var(--soft); font-size: .9rem; font-weight: 400; }
ol { margin: 0; padding: 0; list-style: none; }
ol > li { padding: .7rem 0; border-bottom: 1px solid var(--line); break-inside: avoid; }
.text { margin: 0; overflow-wrap: anywhere; }
.source { display: flex; flex-wrap: wrap; gap: .25rem .6rem; margin: .25rem 0 0; color: var(--soft); font-size: .82rem; }
.actor { font-weight: 600; overflow-wrap: anywhere; }
.time, .entry, .entries, td:nth-child(3) { font-variant-numeric: tabular-nums; }
.control { padding: 0 .4rem; border: 1px solid var(--line); border-radius: .25rem; font-size: .75rem; line-height: 1.5; }
.none, .from { color: var(--soft); }
.from { margin: 0 0 .5rem; font-size: .85rem; }
.told td { overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th, td { padding: .45rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 600; }
code { font-size: .85em; overflow-wrap: anywhere; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .85rem; }
footer.broken { color: var(--violated); font-weight: 600; }
@media print { body { font-size: 11pt; } main { max-width: none; padding: 0; } .figures div { border: 1px solid var(--line); } h2 { break-after: avoid; } }
`;
