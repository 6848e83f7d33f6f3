SwaggerUIBundle({ url: "/api/v1/openapi.json", dom_id: "#docs", validatorUrl: null, tryItOutEnabled: true });
