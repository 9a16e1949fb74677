// The one style of all pages. The policy names its hash, so these bytes and no others apply.
//
// Text and controls keep WCAG 2.2 AA contrast in light and dark; every target is at least 44 px high; inputs are 16 px so
// that phones do not zoom; nothing moves.
#pragma once

#include <string_view>

namespace postern::oauth {

inline constexpr std::string_view page_style = R"css(
:root{color-scheme:light dark;--ground:#f3f5f7;--sheet:#fff;--text:#14191f;--soft:#4c5663;--line:#d5dae0;--edge:#7a8592;
--strong:#0b615d;--on-strong:#fff;--over:#084b48;--tint:#e6f2f1;--bad:#9b1c1c;--bad-tint:#fdeeee;--care:#5e4300;--care-tint:#fff4d6}
@media (prefers-color-scheme:dark){:root{--ground:#0e1216;--sheet:#171d24;--text:#e9edf2;--soft:#a9b4c0;--line:#2c3641;
--edge:#7d8996;--strong:#6ed0c8;--on-strong:#04201e;--over:#93e0d9;--tint:#152c2c;--bad:#ffb3b3;--bad-tint:#3a1a1c;
--care:#f2d991;--care-tint:#332910}}
*{box-sizing:border-box}
html{font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;-webkit-text-size-adjust:100%}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;align-items:center;background:var(--ground);
color:var(--text);padding:clamp(1rem,6vh,4rem) 1rem 2rem}
.brand{display:flex;align-items:center;gap:.6rem;font-weight:600;max-width:27rem;width:100%;margin:0 0 1rem;
overflow-wrap:anywhere}
.brand svg{flex:none;color:var(--strong)}
main{width:100%;max-width:27rem;background:var(--sheet);border:1px solid var(--line);border-radius:14px;
padding:clamp(1.25rem,5vw,2rem);box-shadow:0 1px 2px rgba(10,20,30,.05),0 8px 24px rgba(10,20,30,.06)}
h1{font-size:1.4rem;line-height:1.25;margin:0 0 .5rem;overflow-wrap:anywhere;text-wrap:balance}
h2{font-size:.95rem;margin:1.5rem 0 .5rem}
p{margin:0 0 1rem;overflow-wrap:anywhere}
.soft{color:var(--soft)}
label{display:block;font-weight:600;margin:1rem 0 .35rem}
input{width:100%;font:inherit;color:inherit;background:var(--sheet);border:1px solid var(--edge);border-radius:8px;
padding:.65rem .75rem;min-height:2.9rem}
button,.button{font:inherit;font-weight:600;min-height:2.9rem;padding:.6rem 1.1rem;border-radius:8px;cursor:pointer;
border:1px solid var(--edge);background:transparent;color:inherit;display:inline-flex;align-items:center;
justify-content:center;text-decoration:none}
button:hover,.button:hover{background:var(--tint)}
.strong{background:var(--strong);border-color:var(--strong);color:var(--on-strong)}
.strong:hover{background:var(--over);border-color:var(--over)}
.wide{width:100%;margin-top:1.5rem}
.providers{display:grid;gap:.75rem;margin-top:1.5rem}
.or{display:flex;align-items:center;gap:.75rem;margin:1.5rem 0 0;color:var(--soft);font-size:.875rem}
.or::before,.or::after{content:"";flex:1;border-top:1px solid var(--line)}
.quiet{border-color:transparent;color:var(--strong);text-decoration:underline;text-underline-offset:.2em;padding:.4rem .5rem;
font-weight:500}
:focus-visible{outline:3px solid var(--strong);outline-offset:2px}
.alert,.care{border-radius:8px;padding:.75rem .9rem;margin:1rem 0}
.alert{background:var(--bad-tint);color:var(--bad);border-left:4px solid var(--bad)}
.care{background:var(--care-tint);color:var(--care);border-left:4px solid var(--care)}
ul{margin:0;padding:0;list-style:none}
li{padding:.55rem 0 .55rem 1.75rem;position:relative;border-top:1px solid var(--line);overflow-wrap:anywhere}
li:first-child{border-top:0}
li::before{content:"";position:absolute;left:.3rem;top:.95rem;width:.75rem;height:.4rem;border:solid var(--strong);
border-width:0 0 2px 2px;transform:rotate(-45deg)}
dl{margin:1rem 0 0;border:1px solid var(--line);border-radius:8px}
dl div{padding:.6rem .9rem;border-top:1px solid var(--line)}
dl div:first-child{border-top:0}
dt{color:var(--soft);font-size:.875rem}
dd{margin:0;font-weight:600;overflow-wrap:anywhere}
fieldset{min-width:0;margin:1.5rem 0 0;padding:.25rem .9rem .5rem;border:1px solid var(--line);border-radius:8px}
legend,summary{font-size:.95rem;font-weight:600}
legend{padding:0 .4rem;margin-left:-.4rem}
summary{margin-top:1.5rem;padding:.65rem 0;min-height:2.9rem;cursor:pointer}
summary+fieldset{margin-top:.25rem}
.more p{margin:0 0 .25rem;font-size:.875rem}
.more label{display:flex;gap:.75rem;align-items:center;min-height:2.9rem;margin:0;padding:.4rem 0;font-weight:400;
overflow-wrap:anywhere;cursor:pointer}
.more span{min-width:0}
.more input{flex:none;width:1.35rem;height:1.35rem;min-height:0;margin:0;padding:0;accent-color:var(--strong)}
.choice{display:flex;gap:.75rem;margin-top:1.5rem}
.choice button{flex:1}
.again{margin-top:.75rem;text-align:center}
.address{border:1px solid var(--line);border-radius:8px;padding:.65rem .75rem;user-select:all}
.address code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.95rem}
.apps{display:grid;gap:1rem;margin-top:1.25rem}
.app{border:1px solid var(--line);border-radius:10px;padding:1rem}
.app h2{font-size:1.05rem;line-height:1.3;margin:0 0 .4rem;overflow-wrap:anywhere}
.app li{border-top:0;padding:.2rem 0 .2rem 1.5rem}
.app li::before{left:.1rem;top:.6rem}
.app dl{border:0;border-top:1px solid var(--line);border-radius:0;margin:.65rem 0 .9rem;padding-top:.5rem}
.app dl div{display:flex;justify-content:space-between;gap:1rem;border:0;padding:.15rem 0;font-size:.9rem}
.app dt{flex:none;font-size:inherit}
.app dd{font-weight:500;text-align:right;min-width:0}
.app button{width:100%}
footer{max-width:27rem;width:100%;margin-top:1rem;font-size:.875rem;color:var(--soft);text-align:center}
@media (forced-colors:active){.alert,.care,main{border:1px solid}}
@media (prefers-reduced-motion:reduce){*{animation:none;transition:none;scroll-behavior:auto}}
)css";

// A gate in a wall, a little open.
inline constexpr std::string_view page_mark =
    R"svg(<svg width="28" height="28" viewBox="0 0 28 28" fill="none" stroke="currentColor" stroke-width="2" )svg"
    R"svg(stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">)svg"
    R"svg(<path d="M2 25h24M5 25V12a9 9 0 0 1 18 0v13"/><path d="M10 25V12.5a4 4 0 0 1 4-4l5 2.5v14"/>)svg"
    R"svg(<path d="M15.5 17v1.5"/></svg>)svg";

}  // namespace postern::oauth
