import { describe, expect, it } from "vitest";
import { campaignLink } from "./campaign-link";

const parts = {
  page: "https://shop.example/sale?size=4#top",
  source: "Google",
  medium: "cpc",
  campaign: " Spring Sale ",
  content: "",
  term: "",
};

describe("campaign links", () => {
  it("carry tidy names and keep what stood there", () => {
    expect(campaignLink(parts)).toBe("https://shop.example/sale?size=4&utm_source=google&utm_medium=cpc&utm_campaign=spring-sale#top");
    expect(campaignLink({ ...parts, page: "shop.example/?utm_source=old&utm_term=x" })).toBe(
      "https://shop.example/?utm_source=google&utm_medium=cpc&utm_campaign=spring-sale",
    );
    expect(campaignLink({ ...parts, content: "red & blue" })).toContain("utm_content=red-%26-blue");
  });

  it("are none without an address of a page", () => {
    for (const page of ["", "  ", "shop", "javascript:alert(1)", "ftp://shop.example/"])
      expect(campaignLink({ ...parts, page }), page).toBeNull();
  });
});
