// The server's own pages, as they came, in a shadow tree: their elements are copied one by one, without scripts, without
// addresses, and their style is theirs. A press of their buttons goes back to whoever plays the browser.

import { readPage, styleOf, submission } from "../model/forms.mjs";
import { element } from "./dom.mjs";

const kept = new Set(["MAIN", "H1", "H2", "P", "STRONG", "BDI", "UL", "LI", "DL", "DIV", "DT", "DD", "FORM", "LABEL", "INPUT", "BUTTON", "SECTION", "FOOTER", "SPAN", "FIELDSET", "LEGEND", "DETAILS", "SUMMARY"]);
const attributes = ["class", "id", "for", "name", "type", "value", "autocomplete", "autocapitalize", "spellcheck", "maxlength", "required", "role", "aria-labelledby", "aria-describedby"];

export class Visit {
  #place;
  #title;
  #shadow;

  /** `place`: where the page is shown. `touched()`: the visitor does it by hand. */
  constructor(place, touched) {
    this.#place = place;
    this.#title = place.querySelector(".address");
    this.#shadow = place.querySelector(".page").attachShadow({ mode: "open" });
    for (const event of ["focusin", "input"]) this.#shadow.addEventListener(event, ({ isTrusted }) => isTrusted && touched());
  }

  /** Shows the page: {pressed: the visitor's submission, fill(): writes what is suggested where nothing is written yet, submit(): presses the button}. */
  show({ url, html, suggested }) {
    const page = readPage(html);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(within(styleOf(page)));
    this.#shadow.adoptedStyleSheets = [sheet];
    const body = element("div", { is: "body" }, [...page.body.childNodes].map(copy));
    this.#shadow.replaceChildren(body);
    this.#title.textContent = url.split("?", 1)[0];
    this.#place.hidden = false;
    const written = () => Object.fromEntries([...body.querySelectorAll("input")].map(({ name, type, value, checked }) => [name, type === "checkbox" ? checked : value]));
    const pressed = new Promise((press) => {
      body.addEventListener("submit", (event) => {
        event.preventDefault();
        if (event.submitter) press(submission(event.submitter, written()));
      });
    });
    const own = [...body.querySelectorAll("button")].find((one) => one.name === suggested.button.name && one.value === suggested.button.value);
    const fill = () => {
      for (const [name, value] of Object.entries(suggested.filled)) body.querySelector(`input[name="${name}"]`).value ||= value;
      own?.classList.add("next");
    };
    return { pressed, fill, submit: () => submission(suggested.button, written()) };
  }

  hide() {
    this.#place.hidden = true;
    this.#shadow.replaceChildren();
  }
}

function copy(node) {
  if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.data);
  if (node.nodeType !== Node.ELEMENT_NODE || !kept.has(node.tagName)) return null;
  const made = document.createElement(node.tagName);
  for (const name of attributes) if (node.hasAttribute(name)) made.setAttribute(name, node.getAttribute(name));
  made.append(...[...node.childNodes].map(copy).filter((child) => child !== null));
  return made;
}

// In a shadow tree there is no root and no body; the rest applies as it is.
function within(style) {
  const moved = style.replaceAll(":root", ":host").replace(/(^|\})\s*html\{/g, "$1:host{").replace(/(^|\})\s*body\{/g, "$1.body{");
  return `${moved}\n.body{min-height:0;padding:1rem}.next{outline:3px solid var(--strong,#0b615d);outline-offset:2px}`;
}
