"""The style sheet of HTML reports: two schemes of colours, one column, long lines scroll in their own box."""

STYLE = """
:root { color-scheme: light dark; --page: #fff; --text: #1f2328; --soft: #59636e; --line: #d1d9e0; --box: #f6f8fa;
  --ins: #dafbe1; --del: #ffebe9; --error: #cf222e; --warning: #9a6700; --info: #0969da; }
@media (prefers-color-scheme: dark) {
  :root { --page: #0d1117; --text: #f0f6fc; --soft: #9198a1; --line: #3d444d; --box: #151b23;
    --ins: #1b4721; --del: #5d1e20; --error: #ff7b72; --warning: #d29922; --info: #58a6ff; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere; }
main { max-width: 70rem; margin: 0 auto; padding: 1rem; }
h1, h2, h3 { line-height: 1.25; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.25rem; } h3 { font-size: 1.05rem; }
.version, .against, .note, .rule, .summary { color: var(--soft); }
.chart { border-top: 1px solid var(--line); margin-top: 1.5rem; padding-top: .5rem; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .875em; }
li code, p code { background: var(--box); padding: .1em .3em; border-radius: 4px; overflow-wrap: anywhere; }
.meaning { list-style: none; padding: 0; }
.meaning li { border-left: 4px solid var(--info); padding: .25rem .75rem; margin: .4rem 0; overflow-wrap: anywhere; }
.meaning li.warning { border-color: var(--warning); } .meaning li.error { border-color: var(--error); }
.severity { font-size: .75rem; font-weight: 600; text-transform: uppercase; color: var(--info); }
.warning .severity { color: var(--warning); } .error .severity { color: var(--error); }
.rule { font-size: .8rem; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; background: var(--box); }
summary { cursor: pointer; padding: .5rem .75rem; overflow-wrap: anywhere; }
pre { margin: 0; padding: .5rem .75rem; overflow-x: auto; background: var(--page); }
li pre { margin: .25rem 0 .75rem; border: 1px solid var(--line); border-radius: 6px; }
.cutover ol { padding-right: 1rem; }
.diff span { display: block; white-space: pre; min-width: max-content; }
.diff .ins { background: var(--ins); } .diff .del { background: var(--del); } .diff .hunk { color: var(--soft); }
.fault { border: 1px solid var(--error); border-radius: 6px; }
.plan figure { margin: 1rem 0; overflow-x: auto; } .plan figure svg.rg-plan { max-width: none; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; }
ol, ul { padding-left: 1.5rem; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; white-space: nowrap; }
.plain { list-style: none; padding: 0; }
"""
