/// `obligation(name, list)`: each of the list becomes a mutant of that obligation.
export function collect(mutants) {
  return (name, list) => mutants.push(...list.map((mutant) => ({ obligation: name, ...mutant })));
}
