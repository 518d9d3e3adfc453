"""Заявка на проводе (`<система>.queue`), она же `original_message` квитанций и ответов."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from exchanger.wire.model import EngineTime, Fields, TaskId, Text, Texts, Whole, WireModel


def _drop_empty(value: object) -> object:
    return {} if value is None else value


class ActivityInfo(WireModel):
    """Элемент диаграммы."""

    id: Text = ""
    name: Text = ""
    type: Text = "external"
    topic: Text = ""


class OrderMetadata(WireModel):
    """Сведения диаграммы. `processVariables` только читается: её писал предшественник, повторяя переменные."""

    extension_properties: Texts = Field(default_factory=dict, alias="extensionProperties")
    field_injections: Texts = Field(default_factory=dict, alias="fieldInjections")
    input_parameters: Fields = Field(default_factory=dict, alias="inputParameters")
    output_parameters: Fields = Field(default_factory=dict, alias="outputParameters")
    activity_info: Annotated[ActivityInfo, BeforeValidator(_drop_empty)] = Field(
        default_factory=ActivityInfo, alias="activityInfo"
    )
    process_properties: Texts = Field(default_factory=dict, alias="processProperties")
    multi_instance: bool = False
    catches: list[str] = Field(default_factory=list)
    process_variables: Fields = Field(default_factory=dict, alias="processVariables", exclude=True)


class VariableForm(WireModel):
    """Тип простого значения из `variables`: с ним оно читается без потерь."""

    type: Text = ""
    value_info: Fields = Field(default_factory=dict, alias="valueInfo")


class OrderModel(WireModel):
    """Все поля заявки. `process_variables` только читается; обязателен только `task_id`."""

    task_id: TaskId
    topic: Text = ""
    system: Text = ""
    variables: Fields = Field(default_factory=dict)
    variable_types: dict[str, VariableForm] = Field(default_factory=dict)
    process_variables: Fields = Field(default_factory=dict, exclude=True)
    process_instance_id: Text = ""
    process_definition_key: Text = ""
    process_definition_id: Text = ""
    activity_id: Text = ""
    activity_instance_id: Text = ""
    execution_id: Text = ""
    worker_id: str | None = None
    retries: int | None = None
    created_time: EngineTime = None
    locked_until: EngineTime = None
    priority: Whole = 0
    tenant_id: str | None = None
    business_key: str | None = None
    suspended: bool = False
    error_message: str | None = None
    timestamp: object = None
    metadata: Annotated[OrderMetadata, BeforeValidator(_drop_empty)] = Field(default_factory=OrderMetadata)
