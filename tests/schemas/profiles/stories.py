"""Five journeys written by hand: cucumbers, yoghurt, a pig, a medicine, a pesticide."""

from base.strict_json import JsonObject
from tests.schemas.profiles.told import FARM, GTIN, MARKET, PLANT, SHOP, Terms, told

CUCUMBER = f"{GTIN}06979990971017/10/HG0610"
MILK = f"{GTIN}06979990111017/10/M0722"
YOGHURT = f"{GTIN}06959990701029/10/Y0723"
PIG = f"{GTIN}06979990231012/10/P0801"
CARCASS = f"{GTIN}06979990351017/10/C0915"
CHOP = f"{GTIN}06979990471012/10/K0916"
BOX = "urn:suxin:drug-trace:81234567890123456781"
CARTON = "urn:suxin:drug-trace:81234567890123456780"
BOTTLE = "urn:suxin:pesticide:12599811003123456789012345678901"
CASE = "https://id.gs1.org/00/069599931111111117"

_COLD: Terms = {
    "loggingIntervalMinutes": 5, "setPointTemperature": 4, "excursionMinutes": 0,
    "handoverTemperature": 4.1,
}  # fmt: skip


def cucumbers() -> list[JsonObject]:
    """Return a greenhouse's cucumbers, from the seedling to the shelf."""
    grower: Terms = {"operatorName": "耿棚生"}
    weight = ((CUCUMBER, 860.0, "KGM"),)
    return [
        told("ObjectEvent ADD", "04-12T07:30", "sx:planting", "active", FARM, lots=weight,
             ilmd={"variety": "津研4号", "plantingDate": "2026-04-12"},
             plotNumber="3号棚", plotArea=1.8, **grower),
        told("ObjectEvent OBSERVE", "05-28T06:20", "sx:farm_input", "in_progress", FARM,
             lots=weight, inputKind="pesticide", inputName="嘧菌酯", inputMaker="示例农化厂",
             registrationNumber="PD20259981", inputSource="镇农资店", inputUsage="喷雾",
             dosage=20, dosageUnit="ml_per_mu", useEndDate="2026-05-28", target="霜霉病",
             preHarvestIntervalDays=3, restrictedInputUsed=False, **grower),
        told("ObjectEvent ADD", "06-10T05:40", "sx:harvesting", "active", FARM, lots=weight,
             ilmd={"cbvmda:lotNumber": "HG0610", "harvestDate": "2026-06-10", "origin": "130132"},
             intervalCheck="PASS", **grower),
        told("ObjectEvent OBSERVE", "06-10T08:10", "inspecting", "conformant", FARM, lots=weight,
             sampleNumber="KJ-0610-2", sampledAt="2026-06-10T07:50:00+08:00", testKind="rapid",
             testItem="有机磷和氨基甲酸酯类", testLimit=50, testResult="PASS",
             testReportNumber="KJ0610002", rapidMethod="enzyme", enzymeInhibition=12.5, **grower),
        told("TransformationEvent", "06-10T10:00", "packing", "in_progress", FARM, used=weight,
             lots=((CUCUMBER, 850.0, "KGM"),),
             ilmd={"cbvmda:lotNumber": "HG0610", "productionDate": "2026-06-10",
                   "origin": "130132", "commitmentCertificateNumber": "CN130132000610",
                   "commitmentCertificateDate": "2026-06-10",
                   "commitmentBasis": ["controlled", "own_test"], "commitmentStyle": "producer"},
             **grower),
        told("ObjectEvent OBSERVE", "06-10T20:15", "transporting", "in_transit", FARM, lots=weight,
             papers={"bol": "YD0610"}, buyer=True, sensor={"minValue": 8.2, "maxValue": 11.4},
             operatorName="路远舟", **_COLD),
        told("ObjectEvent OBSERVE", "06-11T02:30", "receiving", "in_progress", MARKET, lots=weight,
             papers={"cert": "CN130132000610"}, seller=True, supplierLicenceChecked=True,
             acceptance="accept", voucherKind="004", entryBatchNumber="PC0611-77",
             marketCode="130102001", wholesalerCode="P0331", operatorName="米秤平"),
        told("ObjectEvent OBSERVE", "06-11T04:05", "shipping", "in_transit", MARKET,
             lots=((CUCUMBER, 120.0, "KGM"),), papers={"bol": "JY0611-9"}, buyer=True,
             operatorName="米秤平"),
        told("ObjectEvent OBSERVE", "06-11T09:20", "retail_selling", "retail_sold", SHOP,
             lots=((CUCUMBER, 1.2, "KGM"),), operatorName="时悦琳"),
    ]  # fmt: skip


def yoghurt() -> list[JsonObject]:
    """Return a morning's milk, from the cow to the cup that is bought."""
    kilos = ((MILK, 1183.6, "KGM"),)
    test: Terms = {
        "sampleNumber": "RM-0722", "sampledAt": "2026-07-22T06:50:00+08:00", "testKind": "self",
        "testItem": "生乳全项", "testLimit": 2.8, "testResult": "PASS",
        "testReportNumber": "RM20260722",
    }  # fmt: skip
    return [
        told("ObjectEvent ADD", "07-22T05:10", "sx:milking", "active", FARM, lots=kilos,
             sensor={"value": 3.4}, ilmd={"cbvmda:lotNumber": "M0722"}, farmCode="1301320007",
             herdSize=62, herdHealthTest="NEG", cooledAt="2026-07-22T06:20:00+08:00",
             excludedMilkSegregated=True, operatorName="樊云生",
             inputUse=[{"sx:inputName": "全株玉米青贮", "sx:usedOn": "2026-07-21"}]),
        told("ObjectEvent OBSERVE", "07-22T06:40", "receiving", "in_progress", PLANT, lots=kilos,
             seller=True, purchaseLicenceNumber="冀0132(2026)011", milkOwnerName="樊云生",
             sensoryResult="PASS", fat=3.9, protein=3.2, solidsNotFat=8.6, acidity=14,
             relativeDensity=1.029, totalPlateCount=42000, antibioticTest="NEG", melamine=0,
             aflatoxinM1=0.02, retainedSample="LY-0722,保存一周", operatorName="苗柳青", **test),
        told("ObjectEvent OBSERVE", "07-22T08:35", "transporting", "in_transit", PLANT, lots=kilos,
             sensor={"minValue": 3.6, "maxValue": 4.2}, transportPermitNumber="冀生鲜乳运0027",
             handoverNumber="JJ0722", stationName="示例镇收购站", operatorName="薛长路",
             handedOverAt="2026-07-22T08:20:00+08:00", handoverSignatoryName="苗柳青",
             escortName="石远山", driverName="薛长路", vehiclePlate="冀A·D0427挂",
             receiverName="冉收燕", departedAt="2026-07-22T08:35:00+08:00",
             departureTemperature=3.6, arrivedAt="2026-07-22T09:55:00+08:00",
             arrivalTemperature=4.1, cleaningRecordNumber="CIP-2217", **_COLD),
        told("ObjectEvent OBSERVE", "07-22T10:05", "receiving", "in_progress", PLANT, lots=kilos,
             seller=True, papers={"cert": "RM20260722"}, sensor={"value": 4.1},
             supplierLicenceChecked=True, acceptance="accept", tankNumber="3号奶仓",
             operatorName="冉收燕"),
        told("TransformationEvent", "07-22T21:40", "sx:fermenting", "in_progress", PLANT,
             used=kilos, lots=((YOGHURT, 1150.0, "KGM"),), recipeNumber="RC-0427-9",
             ilmd={"heatTreatment": "HTST", "starterCulture": "保加利亚乳杆菌 L22",
                   "isReconstitutedMilk": False},
             heatTemperature=95, heatHoldingSeconds=300, fermentationEndPoint=72,
             operatorName="褚酵明"),
        told("TransformationEvent", "07-23T08:30", "packing", "active", PLANT,
             used=((YOGHURT, 1150.0, "KGM"),), lots=((YOGHURT, 5600, "H87"),),
             ilmd={"cbvmda:lotNumber": "Y0723", "productionDate": "2026-07-23", "origin": "130132",
                   "cbvmda:itemExpirationDate": "2026-08-13"},
             fillingLine="3号线", operatorName="邱灌虹"),
        told("ObjectEvent OBSERVE", "07-24T09:00", "inspecting", "conformant", PLANT,
             lots=((YOGHURT, 5600, "H87"),), retainedSample="留样6杯,LY-5086",
             releaseSignatoryName="严秉安", operatorName="严秉安", **test),
        told("ObjectEvent OBSERVE", "07-24T13:20", "shipping", "in_transit", PLANT,
             lots=((YOGHURT, 1200, "H87"),), papers={"desadv": "DA-0724"}, buyer=True,
             sensor={"minValue": 3.1, "maxValue": 4.4}, operatorName="路远舟", **_COLD),
        told("ObjectEvent DELETE", "07-25T18:05", "retail_selling", "retail_sold", SHOP,
             items=(f"{GTIN}06959990701029/21/A1",), operatorName="时悦琳"),
    ]  # fmt: skip


def pork() -> list[JsonObject]:
    """Return pigs of one farm, from the pen to the chop."""
    farm: Terms = {"operatorName": "苏牧野"}
    plant: Terms = {"operatorName": "冷屠新"}
    return [
        told("ObjectEvent ADD", "03-01T09:00", "commissioning", "active", FARM,
             lots=((PIG, 80, "HEA"),), ilmd={"animalSpecies": "pig", "breed": "长白×大白"},
             earTagNumbers=["113010200000001", "113010200000002"], taggedOn="2026-03-01",
             farmCode="1301020009", sourceFarm="示例种猪场,2026-03-01进场", **farm),
        told("ObjectEvent OBSERVE", "05-15T10:30", "sx:rearing", "in_progress", FARM,
             lots=((PIG, 80, "HEA"),), veterinaryDrugName="恩诺沙星注射液",
             drugUse="肌注2.5毫克/千克,5月13日至15日", useEndDate="2026-05-15", withdrawalDays=10,
             **farm),
        told("ObjectEvent OBSERVE", "08-30T05:30", "shipping", "in_transit", FARM,
             lots=((PIG, 78, "HEA"),), papers={"bol": "CL0830"}, buyer=True,
             animalQuarantineCertificate="1300112233", vehicleFilingNumber="冀130100-0088",
             route="示例县至示例市,全程封闭", **farm),
        told("ObjectEvent OBSERVE", "08-30T08:10", "receiving", "in_progress", PLANT,
             lots=((PIG, 78, "HEA"),), seller=True, slaughterhouseCode="A13010201",
             animalQuarantineCertificate="1300112233", deadOnArrival=0, farmName="示例生态养殖场",
             origin="130102", vehiclePlate="冀A·8821", tagsMatchCertificate=True, penNumber="12",
             **plant),
        told("TransformationEvent", "08-30T22:00", "sx:slaughtering", "active", PLANT,
             used=((PIG, 78, "HEA"),), lots=((CARCASS, 6240.0, "KGM"),),
             ilmd={"cbvmda:lotNumber": "C0915", "slaughterDate": "2026-08-30",
                   "asfResult": "NEG"},
             asfMethod="PCR", postMortemInspection="pass", condemnedQuantity=0, **plant),
        told("ObjectEvent OBSERVE", "08-31T02:00", "inspecting", "conformant", PLANT,
             lots=((CARCASS, 6240.0, "KGM"),), sampleNumber="RP-0831",
             sampledAt="2026-08-31T01:00:00+08:00", testKind="self", testItem="水分",
             testLimit=76, testResult="PASS", testReportNumber="RP20260831",
             animalProductCertificate="1300998877", meatQualityCertificate="RPHG-0831",
             inspectionStamped=True, officialVetName="白检疫", **plant),
        told("ObjectEvent OBSERVE", "08-31T04:00", "storing", "in_progress", PLANT,
             lots=((CARCASS, 6240.0, "KGM"),), sensor={"minValue": -1.0, "maxValue": 3.6},
             coreTemperature=4, **_COLD, **plant),
        told("TransformationEvent", "09-01T06:00", "packing", "active", PLANT,
             used=((CARCASS, 6200.0, "KGM"),), lots=((CHOP, 4650.0, "KGM"),),
             ilmd={"cbvmda:lotNumber": "K0916", "productionDate": "2026-09-01", "origin": "130102",
                   "cutName": "大排"}, **plant),
        told("ObjectEvent OBSERVE", "09-01T10:00", "shipping", "in_transit", PLANT,
             lots=((CHOP, 300.0, "KGM"),), papers={"bol": "JY0901"}, buyer=True,
             sensor={"minValue": 0.5, "maxValue": 3.9}, **_COLD, **plant),
        told("ObjectEvent OBSERVE", "09-01T17:00", "retail_selling", "retail_sold", SHOP,
             lots=((CHOP, 0.8, "KGM"),), operatorName="巩暖心"),
    ]  # fmt: skip


def medicine() -> list[JsonObject]:
    """Return boxes of a medicine, from the line to the patient."""
    boxes = (BOX,)
    return [
        told("ObjectEvent ADD", "03-02T09:00", "commissioning", "active", PLANT, items=boxes,
             ilmd={"genericName": "阿莫西林胶囊", "dosageForm": "胶囊剂", "strength": "0.25g",
                   "packSpecification": "24粒/盒", "approvalNumber": "国药准字H13021234",
                   "authorisationHolder": "示例制药有限公司", "manufacturer": "示例制药有限公司",
                   "cbvmda:lotNumber": "260301", "productionDate": "2026-03-01",
                   "cbvmda:itemExpirationDate": "2028-02-29", "storageCondition": "常温密封",
                   "drugIdentifier": "8123456", "rxClass": "rx"}),
        told("AggregationEvent ADD", "03-02T10:00", "packing", "container_closed", PLANT,
             items=boxes, packLevel="3", packRatio=1) | {"parentID": CARTON},
        told("ObjectEvent OBSERVE", "03-09T15:00", "inspecting", "conformant", PLANT, items=boxes,
             papers={"testres": "COA-260301"}, qualifiedPersonName="严放行"),
        told("ObjectEvent OBSERVE", "03-10T09:00", "shipping", "in_transit", PLANT, items=boxes,
             papers={"desadv": "CK0310", "inv": "FP0310"}, seller=True, buyer=True,
             billType="201", unitPrice="8.60", amount="8.60"),
        told("ObjectEvent OBSERVE", "03-10T10:00", "transporting", "in_transit", PLANT,
             items=boxes, vehiclePlate="冀A·Y2210", departedAt="2026-03-10T10:00:00+08:00",
             arrivedAt="2026-03-10T13:10:00+08:00"),
        told("ObjectEvent OBSERVE", "03-10T13:30", "receiving", "in_progress", MARKET, items=boxes,
             papers={"recadv": "RK0310"}, seller=True, acceptedQuantity=1, acceptance="accept",
             inspectorName="沈验收", scanDifference=0),
        told("ObjectEvent OBSERVE", "03-11T08:00", "storing", "sellable_not_accessible", MARKET,
             items=boxes) | {
                 "bizLocation": {"id": MARKET},
                 "sensorElementList": [{"sensorReport": [
                     {"type": "Temperature", "value": 18.2, "uom": "CEL"},
                     {"type": "RelativeHumidity", "value": 55, "uom": "P1"}]}]},
        told("ObjectEvent OBSERVE", "04-02T16:20", "dispensing", "dispensed", SHOP, items=boxes,
             papers={"inv": "LS0402-31"}, billType="321", prescriptionNumber="CF0402",
             patientName="甲", doctorName="乙", dispenserName="丙"),
    ]  # fmt: skip


def pesticide() -> list[JsonObject]:
    """Return a bottle of pesticide, from the plant to the field and back to the collector."""
    raw = f"{GTIN}06979990611012/10/R1"
    return [
        told("ObjectEvent OBSERVE", "01-08T09:00", "receiving", "in_progress", PLANT, seller=True,
             lots=((raw, 500.0, "KGM"),), papers={"cert": "PD20200001"},
             materialName="高效氯氟氰菊酯原药", materialSpecification="95%"),
        told("TransformationEvent", "01-12T11:30", "commissioning", "active", PLANT,
             used=((raw, 20.0, "KGM"),), items=(BOTTLE,),
             ilmd={"labelName": "高效氯氟氰菊酯", "dosageForm": "乳油",
                   "activeIngredient": "高效氯氟氰菊酯 2.5%", "toxicity": "medium",
                   "useScope": "谷子 粘虫", "useDirections": "喷雾,20至30毫升/亩",
                   "preHarvestIntervalDays": 21, "isRestrictedPesticide": False,
                   "productionDate": "2026-01-12", "cbvmda:lotNumber": "N0112",
                   "cbvmda:itemExpirationDate": "2028-01-11", "registrationNumber": "PD20259981",
                   "productionLicenceNumber": "农药生许(冀)0012"}),
        told("AggregationEvent ADD", "01-12T14:00", "packing", "container_closed", PLANT,
             items=(BOTTLE,)) | {"parentID": CASE},
        told("ObjectEvent OBSERVE", "01-20T08:20", "shipping", "in_transit", PLANT,
             items=(BOTTLE,), papers={"testres": "NJ0112"}, buyer=True),
        told("ObjectEvent OBSERVE", "01-22T16:10", "receiving", "sellable_accessible", SHOP,
             items=(BOTTLE,), papers={"cert": "PD20259981"}, seller=True),
        told("ObjectEvent OBSERVE", "05-01T10:00", "retail_selling", "retail_sold", SHOP,
             items=(BOTTLE,), buyerName="岳耕野", statedUse="谷子 粘虫"),
        told("ObjectEvent OBSERVE", "05-03T07:10", "sx:farm_input", "in_progress", FARM,
             items=(BOTTLE,), target="谷子 粘虫", dosage=25, dosageUnit="ml_per_mu",
             useEndDate="2026-05-03", preHarvestIntervalDays=21),
        told("ObjectEvent OBSERVE", "05-10T09:00", "collecting", "disposed", FARM,
             items=(BOTTLE,)) | {"destinationList": [
                 {"type": "possessing_party", "destination": "urn:epc:id:pgln:69599931.0001"}]},
    ]  # fmt: skip
