// Elements are made by functions and text is text: nothing that a message says becomes markup.

/** An element. `more`: properties by name; `on`: listeners; `data`, `aria`: by name; `is`: its class. */
export function element(tag, { is, on, data, aria, ...more } = {}, ...children) {
  const made = document.createElement(tag);
  if (is) made.className = is;
  for (const [name, value] of Object.entries(data ?? {})) made.dataset[name] = value;
  for (const [name, value] of Object.entries(aria ?? {})) made.setAttribute(`aria-${name}`, value);
  for (const [name, listener] of Object.entries(on ?? {})) made.addEventListener(name, listener);
  Object.assign(made, more);
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

export const byId = (id) => document.getElementById(id);

/** Two columns of names and values. */
export const table = (rows) => element("dl", { is: "rows" },
  rows.map(([name, value]) => element("div", {}, element("dt", { textContent: name }), element("dd", { textContent: value }))));
