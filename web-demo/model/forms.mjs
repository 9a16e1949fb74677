// Reads the forms of a page as a browser does. The document is inert: no script of it runs, nothing of it is loaded. Its
// style is kept as text in a template: under this page's policy an inline style is a violation, even in such a document.

export const readPage = (html) =>
  new DOMParser().parseFromString(html.replaceAll("<style>", '<template class="style">').replaceAll("</style>", "</template>"), "text/html");

/** The text of the page's own style. */
export const styleOf = (page) => [...page.querySelectorAll("template.style")].map(({ content }) => content.textContent).join("\n");

/** The fields that go with a press of this button, or null: it is in no form. `filled`: what the visitor wrote, by name; of a box, whether it is ticked. */
export function submission(button, filled = {}) {
  const form = button.closest("form");
  if (form === null) return null;
  const fields = [];
  for (const input of form.querySelectorAll("input")) {
    const isBox = input.type === "checkbox";
    if (input.name === "" || (isBox && !(filled[input.name] ?? input.hasAttribute("checked")))) continue;
    fields.push([input.name, (isBox ? null : filled[input.name]) ?? input.getAttribute("value") ?? ""]);
  }
  if (button.getAttribute("name")) fields.push([button.getAttribute("name"), button.getAttribute("value") ?? ""]);
  return { action: form.getAttribute("action") ?? "", fields };
}

/** The button that a willing user would press, and what she would write: {button, filled}, or null where there is nothing to do. */
export function suggestion(page, person, wanted = {}) {
  const find = (selector) => page.querySelector(selector);
  const chosen = wanted.button ? find(wanted.button) : null;
  if (chosen) return { button: chosen, filled: {} };
  if (find('input[name="password"]')) {
    return { button: find('button[value="login"]'), filled: { username: person.name, password: person.password } };
  }
  const button = find('button[name="provider"]') ?? find('button[value="allow"]') ?? find('button[value="continue"]');
  return button && { button, filled: {} };
}
