export { htmlToText, withUtm } from "./html";
export { liquidVariables, renderLiquid, TemplateError } from "./liquid";
export { loadScopes, wantsOf, type PersonScope, type Wants } from "./load-scopes";
export { loadTemplate, type LoadedTemplate } from "./load-template";
export * from "./model";
export { checkTemplate, previewTemplate } from "./preview";
export { getTemplate, listTemplates, templateVariables } from "./reads";
export { renderTemplate, type RenderOptions, type Scope } from "./render";
export { archiveTemplate, createTemplate, duplicateTemplate, renameTemplate, restoreTemplate, saveTemplate } from "./verbs";
