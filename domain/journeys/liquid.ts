export { renderLiquid, TemplateError } from "@/domain/templates";
